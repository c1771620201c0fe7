import { OUTCOMES, type EmailResponseDto, type Outcome, type OutcomeCounts } from 'nest-mailbridge';

/** A subscriber who did not get the newsletter, and why. No address: this may be logged. */
export interface NewsletterProblem {
  /** In the CSV file. */
  readonly line: number;
  readonly outcome: Outcome;
  readonly reason: string;
}

/** How far a newsletter is. */
export interface NewsletterState {
  readonly id: string;
  /** `interrupted`: the application was shut down; the rest of the file was never taken. */
  readonly status: 'running' | 'finished' | 'interrupted' | 'failed';
  readonly total: number;
  /** Subscribers whose outcome is known. */
  readonly done: number;
  readonly outcomes: OutcomeCounts;
  /** The first of each outcome, in the order of their ends. */
  readonly problems: readonly NewsletterProblem[];
  /** Times are ISO 8601, in UTC. */
  readonly startedAt: string;
  readonly endedAt?: string;
}

const PROBLEMS_PER_OUTCOME = 100;

/** A newsletter of which nothing is sent yet. */
export function newNewsletter(id: string, total: number): NewsletterState {
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as OutcomeCounts;
  const startedAt = new Date().toISOString();
  return { id, status: 'running', total, done: 0, outcomes, problems: [], startedAt };
}

/** The state after one more outcome. */
export function afterResponse(
  state: NewsletterState,
  response: EmailResponseDto,
  line: number,
): NewsletterState {
  const { outcome, failure } = response;
  const count = state.outcomes[outcome] + 1;
  const isKept = !response.success && count <= PROBLEMS_PER_OUTCOME;
  const problem = { line, outcome, reason: failure?.message ?? 'was never tried' };
  return {
    ...state,
    done: state.done + 1,
    outcomes: { ...state.outcomes, [outcome]: count },
    problems: isKept ? [...state.problems, problem] : state.problems,
  };
}

/** The state when nothing more will come. */
export function ended(state: NewsletterState, isFailed: boolean): NewsletterState {
  const reached = state.done === state.total ? 'finished' : 'interrupted';
  const endedAt = new Date().toISOString();
  return { ...state, status: isFailed ? 'failed' : reached, endedAt };
}
