import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const LIB = resolve('lib');

/** What each folder may import besides itself; design section 6, the one way down. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  message: ['errors'],
  contract: ['message', 'errors'],
  registry: ['contract', 'errors'],
  mime: ['message', 'errors'],
  // What all of them are told to stop by.
  transport: [],
  'transport/http': ['transport', 'errors'],
  'transport/smtp': ['transport', 'errors'],
  // The SDK signs, the connections of `http` carry.
  'transport/ses': ['transport/http', 'transport', 'errors'],
  delivery: ['contract', 'message', 'errors'],
  bulk: ['delivery', 'contract', 'message', 'errors'],
  // What the package brings of interceptors.
  interceptors: ['contract', 'message', 'errors'],
  // What the API providers have in common.
  'providers/api': ['contract', 'message', 'mime', 'transport/http', 'errors'],
  'providers/smtp': ['contract', 'message', 'mime', 'transport/smtp', 'errors'],
  'providers/ses': [
    'contract',
    'message',
    'mime',
    'transport/ses',
    'transport/http',
    'providers/api',
    'errors',
  ],
  'providers/mailgun': ['contract', 'message', 'mime', 'transport/http', 'providers/api', 'errors'],
  'providers/postmark': [
    'contract',
    'message',
    'mime',
    'transport/http',
    'providers/api',
    'errors',
  ],
  'providers/sendgrid': [
    'contract',
    'message',
    'mime',
    'transport/http',
    'providers/api',
    'errors',
  ],
  'providers/brevo': ['contract', 'message', 'mime', 'transport/http', 'providers/api', 'errors'],
  'providers/mailbox': ['contract', 'message', 'mime', 'errors'],
  // The table of the built-in providers.
  providers: [
    'providers/smtp',
    'providers/sendgrid',
    'providers/brevo',
    'providers/postmark',
    'providers/mailgun',
    'providers/ses',
    'providers/mailbox',
    'contract',
    'errors',
  ],
  // A subpath: it sees the root's exports only.
  redis: [],
  // Every option there is: what it means is said where it is obeyed.
  options: [
    'providers',
    'providers/smtp',
    'providers/sendgrid',
    'providers/brevo',
    'providers/postmark',
    'providers/mailgun',
    'providers/ses',
    'providers/mailbox',
    'delivery',
    'contract',
    'message',
    'errors',
  ],
};

/** Folders that are subpath exports: they know the package by its name, and nothing inside it. */
const SUBPATHS = ['redis'];

/** Packages that only some folders may know. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  '@aws-sdk/client-sesv2': ['transport/ses'],
  nodemailer: ['mime', 'transport/smtp'],
  'postal-mime': ['providers/mailbox'],
  undici: ['transport/http'],
};

interface Import {
  readonly file: string;
  readonly folder: string;
  readonly target: string;
  readonly isLazy: boolean;
  readonly isType: boolean;
}

const files = readdirSync(LIB, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const source = readFileSync(join(LIB, file), 'utf8');
  const folder = folderOf(file);
  const found = source.matchAll(
    /(?:^|\n)(?:import|export)\s(type\s)?[^;]*?from\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|(import)\(\s*'([^']+)'/g,
  );
  return [...found].map(([, type, from, bare, lazy, lazily]) => ({
    file,
    folder,
    target: (from ?? bare ?? lazily)!,
    isLazy: lazy !== undefined,
    isType: type !== undefined,
  }));
}

/** `providers/smtp` for what is in there, `message` for a folder without such rooms, `` for the root. */
function folderOf(file: string): string {
  const [first = '', second] = dirname(file).split('/');
  if (first === '.') return '';
  return second !== undefined && (first === 'providers' || first === 'transport')
    ? `${first}/${second}`
    : first;
}

const inside = imports.filter(({ target }) => target.startsWith('.'));
const packages = imports.filter(
  ({ target }) => !target.startsWith('.') && !target.startsWith('node:'),
);
const targetOf = ({ file, target }: Import) =>
  relative(LIB, resolve(LIB, dirname(file), target)).replace(/\.js$/, '.ts');

describe('Folders are layers', () => {
  it('reads the imports at all', () => {
    expect(inside.length).toBeGreaterThan(100);
    expect(packages.length).toBeGreaterThan(20);
  });

  it('and each has its line in the table', () => {
    const folders = new Set(files.map(folderOf).filter((folder) => folder !== ''));
    expect([...folders].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });

  it.each(Object.entries(MAY_IMPORT))(
    '%s imports only what stands below it: %j',
    (folder, allowed) => {
      const wrong = inside
        .filter((each) => each.folder === folder)
        .filter((each) => {
          const target = folderOf(targetOf(each));
          return target !== folder && !allowed.includes(target);
        });
      expect(wrong.map((each) => `${each.file} → ${targetOf(each)}`)).toEqual([]);
    },
  );

  it('no file imports an index', () => {
    expect(
      inside.filter((each) => /(?:^|\/)index\.js$/.test(each.target)).map(({ file }) => file),
    ).toEqual([]);
  });

  it('nothing in lib knows the sample application or the tests', () => {
    expect(
      inside.filter((each) => targetOf(each).startsWith('..')).map(({ file }) => file),
    ).toEqual([]);
  });
});

describe('Packages have their homes', () => {
  it.each(Object.entries(HOMES))(
    '%s is known only to %j, and loaded at first use',
    (name, homes) => {
      const users = packages.filter(
        ({ target }) => target === name || target.startsWith(`${name}/`),
      );
      expect(users.length).toBeGreaterThan(0);
      expect(users.filter(({ folder }) => !homes.includes(folder)).map(({ file }) => file)).toEqual(
        [],
      );
      expect(
        users.filter(({ isLazy, isType }) => !isLazy && !isType).map(({ file }) => file),
      ).toEqual([]);
    },
  );

  it('every package that is imported is declared', () => {
    const { dependencies, peerDependencies } = JSON.parse(
      readFileSync('package.json', 'utf8'),
    ) as Record<string, Record<string, string>>;
    const declared = Object.keys({ ...dependencies, ...peerDependencies });
    const nameOf = (target: string) => target.split('/', target.startsWith('@') ? 2 : 1).join('/');
    const undeclared = packages
      .filter(({ folder, target }) => target !== 'nest-mailbridge' || !SUBPATHS.includes(folder))
      .filter(({ target }) => !declared.includes(nameOf(target)));
    expect(undeclared.map(({ file, target }) => `${file} → ${target}`)).toEqual([]);
  });

  it('nothing in lib needs import.meta or a top-level await, which CommonJS test set-ups cannot run', () => {
    const wrong = files.filter((file) =>
      /import\.meta|^await /m.test(readFileSync(join(LIB, file), 'utf8').replace(/`[^`]*`/g, '')),
    );
    expect(wrong).toEqual([]);
  });
});
