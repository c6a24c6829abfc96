/** A name in PascalCase as UPPER_SNAKE_CASE: how C has it. */
export const upper = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toUpperCase();
