import { workerData } from 'node:worker_threads';
import { openCopier, type CopierData } from './copier.ts';
import { openQueries, type ReaderData } from './reader.ts';
import { openRoller, type RollerData } from './roller.ts';
import { serve } from './thread.ts';
import { openRecord, type WriterData } from './writer.ts';

/** What runs in the record's threads; `workerData` says as what. */
const data = workerData as WriterData | ReaderData | RollerData | CopierData;

await serve((warn) => {
  switch (data.role) {
    case 'writer':
      return openRecord(data, warn);
    case 'reader':
      return openQueries(data);
    case 'roller':
      return openRoller(data);
    case 'copier':
      return openCopier(data);
  }
  return data satisfies never;
});
