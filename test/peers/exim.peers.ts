import { EximServer } from './exim-server.js';
import { describeServer } from './server-promises.js';

describeServer('Exim', () => EximServer.start());
