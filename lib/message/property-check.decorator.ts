import { Transform } from 'class-transformer';
import { registerDecorator } from './class-validator.js';
import { describeProblem, type Problem } from '../errors/problem.js';

/** What is wrong with one property of a DTO, seen within its object; nothing if the list is empty. */
export type PropertyCheck = (
  value: unknown,
  property: string,
  object: object,
) => readonly Problem[];

/**
 * Makes a check of ours a decorator of class-validator, whose message lists the problems. The value reaches
 * the check, and the controller, as the body had it: class-transformer by itself copies buffers, drops
 * keys and converts to the declared type.
 */
export function PropertyCheckedBy(name: string, check: PropertyCheck): PropertyDecorator {
  return (target, propertyName) => {
    if (typeof propertyName !== 'string') return;
    Transform(takeAsItIs, { toClassOnly: true })(target, propertyName);
    registerDecorator({
      name,
      target: target.constructor,
      propertyName,
      validator: {
        validate: (value, args) => check(value, propertyName, args?.object ?? {}).length === 0,
        defaultMessage: (args) =>
          check(args?.value, propertyName, args?.object ?? {})
            .map(describeProblem)
            .join('; '),
      },
    });
  };
}

function takeAsItIs({ obj, key }: { obj: Record<string, unknown>; key: string }): unknown {
  return Object.hasOwn(obj, key) ? obj[key] : undefined;
}
