import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

const PACKAGES = [
  '@aws-sdk/client-sesv2',
  '@nestjs/axios',
  '@nestjs/core',
  '@sendgrid/mail',
  '@upyo/smtp',
  'axios',
  'nodemailer',
  'postmark',
  'rxjs',
  'undici',
];

/** What the figures depend on: the machine, and the versions of all that takes part. */
export function about() {
  return {
    date: new Date().toISOString(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
    versions: Object.fromEntries(
      ['nest-mailbridge', ...PACKAGES].map((name) => [name, version(name)]),
    ),
  };
}

function version(name) {
  const folder = name === 'nest-mailbridge' ? '../..' : `../../node_modules/${name}`;
  const file = new URL(`${folder}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')).version;
}
