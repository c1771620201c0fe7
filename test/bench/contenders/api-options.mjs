const OPTIONS = {
  sendgrid: (baseUrl) => ({ apiKey: 'SG.bench', baseUrl }),
  postmark: (baseUrl) => ({ serverToken: 'bench', baseUrl }),
  mailgun: (baseUrl) => ({ apiKey: 'key-bench', domain: 'mg.example.com', baseUrl }),
  brevo: (baseUrl) => ({ apiKey: 'xkeysib-bench', baseUrl }),
  ses: (endpoint) => ({
    region: 'eu-west-1',
    endpoint,
    credentials: { accessKeyId: 'AKIABENCH', secretAccessKey: 'bench' },
  }),
};

/** Options that lead a provider to that server. */
export function apiOptions(provider, url) {
  return OPTIONS[provider](url);
}
