// Types come with its index alone.
// @ts-expect-error
import * as register from 'class-validator/cjs/register-decorator.js';
// @ts-expect-error
import * as arrayNotEmpty from 'class-validator/cjs/decorator/array/ArrayNotEmpty.js';
// @ts-expect-error
import * as validateNested from 'class-validator/cjs/decorator/common/ValidateNested.js';
// @ts-expect-error
import * as isArray from 'class-validator/cjs/decorator/typechecker/IsArray.js';

type ClassValidator = typeof import('class-validator');

/**
 * What the DTOs use of class-validator, each from its own file: they load 19 files, where its index loads
 * 250 in more than 100 ms. All of them register with the one global storage, and they are in the same
 * place in every release of the peer range.
 */
export const { registerDecorator }: Pick<ClassValidator, 'registerDecorator'> = register;
export const { ArrayNotEmpty }: Pick<ClassValidator, 'ArrayNotEmpty'> = arrayNotEmpty;
export const { ValidateNested }: Pick<ClassValidator, 'ValidateNested'> = validateNested;
export const { IsArray }: Pick<ClassValidator, 'IsArray'> = isArray;
