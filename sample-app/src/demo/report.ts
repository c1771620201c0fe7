import { OUTCOMES } from 'nest-mailbridge';
import type { NewsletterProblem, NewsletterState } from '../newsletters/newsletter-state.js';

const LINES_SHOWN = 5;

/** The summary for people: a count of each outcome, and what was wrong with which lines of the file. */
export function report(state: NewsletterState): string[] {
  const { status, startedAt, endedAt = startedAt } = state;
  const seconds = (Date.parse(endedAt) - Date.parse(startedAt)) / 1000;
  const counts = OUTCOMES.filter((outcome) => state.outcomes[outcome] > 0).map(
    (outcome) => `  ${outcome} ${state.outcomes[outcome]}`,
  );
  const problems = problemLines(state.problems);
  return [
    `The newsletter is ${status} after ${seconds.toFixed(1)} s:`,
    ...counts,
    ...(problems.length > 0
      ? ['', 'What was wrong, by the line of the CSV file:', ...problems]
      : []),
  ];
}

/** 0 when it was sent, even if not to each address of the file; 1 when somebody was left out by us. */
export function exitCodeOf({ status, outcomes }: NewsletterState): number {
  const isSent = status === 'finished' && outcomes.accepted > 0;
  return isSent && outcomes.unsent + outcomes.unknown === 0 ? 0 : 1;
}

function problemLines(problems: readonly NewsletterProblem[]): string[] {
  const alike = new Map<string, number[]>();
  for (const { line, outcome, reason } of problems) {
    const key = `${outcome}: ${reason}`;
    alike.set(key, [...(alike.get(key) ?? []), line]);
  }
  return [...alike].map(([what, lines]) => {
    const shown = lines.slice(0, LINES_SHOWN).join(', ');
    return `  ${lines.length > LINES_SHOWN ? `${shown}, …` : shown}  ${what}`;
  });
}
