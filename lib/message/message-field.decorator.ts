import { fieldRules, requestFieldRules, type MessageFields } from './field-rules.js';
import { messageRules } from './message-rules.js';
import { PropertyCheckedBy } from './property-check.decorator.js';
import { attempt, ProblemList, readFields, type Rule } from './rule.js';

/** Holds a property of a request body to the rule of that message field; `undefined` passes. */
export function MessageField(field: keyof MessageFields): PropertyDecorator {
  const rule: Rule<unknown> = requestFieldRules[field];
  return PropertyCheckedBy('messageField', (value, property) => {
    const problems = new ProblemList();
    if (value !== undefined) {
      attempt(property, problems.report, () => rule(value, property, problems.report));
    }
    return problems.toArray();
  });
}

/** Holds a DTO that has the fields of a message to the rule between fields that is shown at `field`. */
export function BetweenFields(field: keyof typeof messageRules): PropertyDecorator {
  const rule = messageRules[field];
  return PropertyCheckedBy('betweenFields', (_value, _property, object) => {
    const problems = new ProblemList();
    const read = Object.entries(object).filter(([key]) => rule.reads.some((name) => name === key));
    const fields = readFields(Object.fromEntries(read), fieldRules, '', problems.report);
    const ofFieldsAlone = problems.toArray().length;
    rule.check(fields, problems);
    return problems.toArray().slice(ofFieldsAlone);
  });
}

/** Refuses a property that only the application itself may set, never whoever wrote the request. */
export function NeverFromRequest(): PropertyDecorator {
  return PropertyCheckedBy('neverFromRequest', (value, path) =>
    value === undefined ? [] : [{ path, message: 'must not come with a request' }],
  );
}
