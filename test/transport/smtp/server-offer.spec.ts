import { ServerOffer } from '../../../lib/transport/smtp/server-offer.js';

describe('What a server offers', () => {
  it.each([
    ['250-peer\r\n250-SIZE 1000\r\n250 DSN', 1000],
    ['250-peer\n250 size 1000', 1000],
    ['250-peer\r\n250 SIZE=1000', 1000],
    // No limit that it knows (RFC 1870, section 4).
    ['250-peer\r\n250 SIZE 0', undefined],
    ['250-peer\r\n250 SIZE', undefined],
    ['250-peer\r\n250 SIZE many', undefined],
    ['250-SIZE 1000\r\n250 DSN', undefined],
  ])('limits messages, or does not: %j', (reply, bytes) => {
    expect(new ServerOffer(reply).maxBytes).toBe(bytes);
  });

  it('is known by its keywords, whatever stands behind them', () => {
    const offer = new ServerOffer('250-peer DSN\r\n250-auth=PLAIN\r\n250 PIPELINING');
    expect(['AUTH', 'PIPELINING', 'DSN'].map((each) => offer.offers(each))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
