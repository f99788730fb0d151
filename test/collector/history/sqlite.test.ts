import { historyContract } from '../../contracts/history.ts';

historyContract('SQLite', new URL('./sqlite-store.ts', import.meta.url).href);
