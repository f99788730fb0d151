import { useEffect, useRef, useState } from 'preact/hooks';
import { say } from '../language.ts';

/** A press too many must not lock somebody out: it asks once more, for some seconds. */
const ASKING_MS = 5_000;
/** Who double-clicks everything has not read the question: as long as Windows waits for the second click. */
const DOUBLE_MS = 500;

interface SureButtonProps {
  readonly label: string;
  readonly title?: string;
  readonly disabled?: boolean;
  readonly onSure: () => void;
}

export function SureButton({ label, title, disabled = false, onSure }: SureButtonProps) {
  const [asking, setAsking] = useState(false);
  const askedAt = useRef(0);
  useEffect(() => {
    if (!asking) return undefined;
    const timer = window.setTimeout(() => setAsking(false), ASKING_MS);
    return () => window.clearTimeout(timer);
  }, [asking]);
  const press = (): void => {
    if (asking && performance.now() - askedAt.current < DOUBLE_MS) return;
    askedAt.current = performance.now();
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
