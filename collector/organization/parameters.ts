/** By rule and name of the parameter, as a document of the kind `parameters` holds them. */
export type OrganizationParameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Null for a body that holds none: an organization may have signed whatever, and pages show all of it. */
export function parametersIn(body: Readonly<Record<string, unknown>>): OrganizationParameters | null {
  const { parameters } = body;
  return isObject(parameters) && Object.values(parameters).every(isObject)
    ? (parameters as OrganizationParameters)
    : null;
}

/** `minimum_bytes = 8 GiB`, … of each rule. */
export function parameterTexts(
  body: Readonly<Record<string, unknown>>,
): readonly { readonly rule: string; readonly values: readonly string[] }[] {
  return Object.entries(parametersIn(body) ?? {}).map(([rule, values]) => ({
    rule,
    values: Object.entries(values).map(([name, value]) => `${name} = ${String(value)}`),
  }));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
