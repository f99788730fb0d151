import { buildCatalogue, type Catalogue, loadProbes } from '../../../agent/catalogue.ts';
import { WITNESSED } from '../../../collector/standard/witnessed.ts';

/** The catalogue that the collector runs with. */
export async function realCatalogue(): Promise<Catalogue> {
  return buildCatalogue(await loadProbes(), WITNESSED);
}
