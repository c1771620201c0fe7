const paragraphs = '<p>Thank you for your <b>order</b>, it is on its way to you.</p>\n'.repeat(31);

/** 2 KB of html and a line of text, another one for each number: no two can share a call. */
export function typicalMessage(at) {
  return {
    from: 'Shop <shop@example.com>',
    to: `customer-${at}@example.org`,
    subject: `Your order ${at}`,
    text: `Thank you for your order ${at}.`,
    html: `<html><body><h1>Order ${at}</h1>\n${paragraphs}</body></html>`,
  };
}

const newsletter = `<p>Dear {{name}},</p>${paragraphs}<a href="https://example.com/u/{{token}}">leave</a>`;

/** The message of a newsletter: one content for all, with values of each one's own. */
export function templateMessage(at) {
  return {
    from: 'Shop <shop@example.com>',
    to: `customer-${at}@example.org`,
    subject: 'News for {{name}}',
    html: newsletter,
    substitutions: { name: `Customer ${at}`, token: `t-${at}` },
  };
}

/** Messages made on the fly, one after the other. */
export function* messages(count, messageAt = typicalMessage) {
  for (let at = 0; at < count; at += 1) yield messageAt(at);
}

/** The typical message as SendGrid's API takes it. */
export function sendGridJson(at) {
  const { to, subject, text, html } = typicalMessage(at);
  return {
    personalizations: [{ to: [{ email: to }] }],
    from: { email: 'shop@example.com', name: 'Shop' },
    subject,
    content: [
      { type: 'text/plain', value: text },
      { type: 'text/html', value: html },
    ],
  };
}
