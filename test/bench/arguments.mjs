/** At least so many rounds count, unless it has to be quick. */
const ROUNDS = { full: 7, quick: 3 };

/**
 * Reads `http|smtp|…`, `--quick` and `--rounds N`.
 *
 * @param {readonly string[]} words what stands on the command line
 * @param {readonly string[]} topics the words there are for topics
 * @returns {{ topics: readonly string[], isQuick: boolean, rounds: number, warmUps: number }}
 * @throws TypeError saying what is not understood, and what would be
 */
export function readArguments(words, topics) {
  const isQuick = words.includes('--quick');
  const chosen = new Set();
  let rounds = isQuick ? ROUNDS.quick : ROUNDS.full;
  const rest = words.filter((word) => word !== '--quick');
  while (rest.length > 0) {
    const word = rest.shift();
    const [option, value] = word.split('=', 2);
    if (option === '--rounds') rounds = readRounds(value ?? rest.shift(), isQuick);
    else if (topics.includes(word)) chosen.add(word);
    else throw new TypeError(`'${word}' is not known. ${usage(topics)}`);
  }
  const all = chosen.size === 0 ? topics : topics.filter((topic) => chosen.has(topic));
  return { topics: all, isQuick, rounds, warmUps: isQuick ? 1 : 2 };
}

function readRounds(text, isQuick) {
  const least = isQuick ? 1 : ROUNDS.full;
  const rounds = /^\d{1,3}$/.test(text ?? '') ? Number(text) : 0;
  if (rounds >= least) return rounds;
  const given = text === undefined ? 'nothing' : `'${text}'`;
  const hint = isQuick ? '' : `; with --quick, from 1 on`;
  throw new TypeError(
    `--rounds takes a whole number from ${least} to 999${hint}, and was given ${given}`,
  );
}

function usage(topics) {
  return `Topics are ${topics.join(', ')} (all without any); options are --quick and --rounds N`;
}
