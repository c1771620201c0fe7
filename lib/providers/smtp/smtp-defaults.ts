/** What holds where the user says nothing. */
export const SMTP_DEFAULTS = {
  port: 587,
  securePort: 465,
  maxMessagesPerConnection: 500,
  idleMs: 30_000,
  timeouts: {
    connectMs: 10_000,
    greetingMs: 30_000,
    tlsMs: 10_000,
    replyMs: 30_000,
    handOverMs: 60_000,
    answerMs: 120_000,
    totalMs: 900_000,
  },
} as const;
