import { measured } from './measured.js';

const CLIENTS =
  /^(?:axios|@nestjs\/axios|nodemailer|postal-mime|ioredis|@aws-sdk\/.*|@smithy\/.*)$/;

/** The packages that an application has loaded once it is started, with the number of their files. */
const loaded = (application: 'empty' | 'configured') =>
  measured<Record<string, number>>('loaded-packages', [application]);

describe('An application with four providers configured', () => {
  it('has loaded the client of none of them when it is started', async () => {
    const packages = Object.keys(await loaded('configured'));
    // What Nest itself needs is there, so loading is really seen.
    expect(packages).toEqual(expect.arrayContaining(['@nestjs/core', 'class-validator', 'rxjs']));
    expect(packages.filter((name) => CLIENTS.test(name))).toEqual([]);
  });

  it('has loaded of class-validator no more than its decorators', async () => {
    // Its index loads 250 files, those of `validator` and `libphonenumber-js` among them.
    const packages = await loaded('configured');
    expect(packages['class-validator']).toBeLessThan(30);
    expect(Object.keys(packages)).not.toContain('validator');
  });
});
