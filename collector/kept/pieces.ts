import { Type, type TSchema } from 'typebox';

/* Of which shapes of kept rows are made. */

/** Names of the type's own members only. */
export type Members<T> = Partial<Record<keyof T, TSchema>>;
export const nullable = (schema: TSchema) => Type.Union([schema, Type.Null()]);
export const optional = (schema: TSchema) => Type.Optional(schema);
export const one = (...words: readonly string[]) => Type.Union(words.map((word) => Type.Literal(word)));
export const by = (schema: TSchema) => Type.Record(Type.String(), schema);

export const text = Type.String();
export const number = Type.Number();
/** Wall clock, ms: what a `Date` can be. */
export const time = Type.Number({ minimum: 0, maximum: 8.64e15 });
export const flag = Type.Boolean();
export const texts = Type.Array(text);
export const both = Type.Object({ zh: text, en: text });
export const moment = Type.Object({ wall: number, monotonic: number });
export const value = Type.Union([text, number, flag, Type.Null(), Type.Array(Type.Unknown())]);
export const mark = Type.Object({ at: number, by: text });
export const verdicts = by(Type.Tuple([text, number]));
