import { PostfixServer } from './postfix-server.js';
import { describeServer } from './server-promises.js';

describeServer('Postfix', () => PostfixServer.start());
