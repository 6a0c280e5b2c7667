import { english } from "./english.ts";

/** What a language has to say; another one is a file like `english.ts` of this type. */
export type Texts = typeof english;

/** The texts of the console. */
export const texts: Texts = english;
