import { useRef, useState } from 'preact/hooks';
import { say } from '../language.ts';

interface CopyableProps {
  readonly label: string;
  readonly text: string;
  readonly rows?: number;
}

/** Long text to be carried elsewhere. The clipboard needs HTTPS or loopback; else the text is selected for the person. */
export function Copyable({ label, text, rows = 4 }: CopyableProps) {
  const [copied, setCopied] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const copy = (): void => {
    box.current?.select();
    setCopied(document.execCommand('copy'));
  };
  return (
    <div class="copyable">
      <textarea ref={box} readOnly rows={rows} value={text} aria-label={label} />
      <button type="button" class="button" onClick={copy}>
        {say(copied ? 'copied' : 'copy')}
      </button>
    </div>
  );
}
