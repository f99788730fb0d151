import { sql } from 'kysely';

/** Marks a statement that asks for rows of many sites: the only ones that may do without `site_id = …`. */
export const OVERVIEW = sql`/* overview */`;
