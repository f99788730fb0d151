import { language, say } from '../language.ts';

const FILES = ['pdf', 'xlsx', 'csv'] as const;

/** Where a report is, in the page's language; `about` without what is empty. */
export function reportAddress(kind: string, about: Readonly<Record<string, string>>, format?: string): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(about)) if (value !== '') query.set(name, value);
  query.set('lang', language.value === 'zh' ? 'zh-CN' : 'en');
  if (format !== undefined) query.set('format', format);
  return `/api/v1/reports/${kind}?${query.toString()}`;
}

/** The page to look at and print, and the files to keep. */
export function ReportLinks({
  kind,
  about,
}: {
  readonly kind: string;
  readonly about: Readonly<Record<string, string>>;
}) {
  return (
    <p class="report-links">
      <a class="button main" href={reportAddress(kind, about)} target="_blank" rel="noopener">
        {say('report_open')}
      </a>
      {FILES.map((format) => (
        <a key={format} class="button quiet" href={reportAddress(kind, about, format)} download>
          {format.toUpperCase()}
        </a>
      ))}
    </p>
  );
}
