import { useEffect, useState } from 'preact/hooks';
import { say } from '../language.ts';

/** A press too many must not lock somebody out: it asks once more, for some seconds. */
const ASKING_MS = 5_000;

interface SureButtonProps {
  readonly label: string;
  readonly title?: string;
  readonly disabled?: boolean;
  readonly onSure: () => void;
}

export function SureButton({ label, title, disabled = false, onSure }: SureButtonProps) {
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    if (!asking) return undefined;
    const timer = window.setTimeout(() => setAsking(false), ASKING_MS);
    return () => window.clearTimeout(timer);
  }, [asking]);
  const press = (): void => {
    setAsking(!asking);
    if (asking) onSure();
  };
  return (
    <button
      type="button"
      class={asking ? 'button urgent' : 'button quiet'}
      title={title}
      disabled={disabled}
      onClick={press}
    >
      {asking ? say('really') : label}
    </button>
  );
}
