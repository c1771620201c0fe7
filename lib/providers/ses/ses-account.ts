import type { SesResult } from '../../transport/ses/ses-call.js';
import { answerJson, isJsonObject } from '../api/answer-json.js';
import { messageOutcome } from './ses-outcome.js';

/** What an answer to `GetAccount` has against sending; `undefined` where the account may send. */
export function accountProblem(result: SesResult): { code: string; message: string } | undefined {
  if (result.kind === 'fault') {
    return { code: result.code, message: `no answer came (${result.code})` };
  }
  if (result.kind === 'unmade' || result.status !== 200) {
    const outcome = messageOutcome(result);
    return 'failure' in outcome ? outcome.failure : undefined;
  }
  const account = answerJson(result);
  if (!isJsonObject(account) || typeof account['SendingEnabled'] !== 'boolean') {
    return { code: 'UNEXPECTED_ANSWER', message: 'the answer is not one that SES gives' };
  }
  if (account['SendingEnabled']) return undefined;
  return { code: 'SENDING_PAUSED', message: 'sending is switched off for this account and region' };
}
