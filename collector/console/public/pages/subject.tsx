import { useEffect } from 'preact/hooks';
import type { DeviceRow, MachineRow, Readiness } from '../../api.ts';
import { Mark } from '../parts/mark.tsx';
import { MoveForms } from '../parts/move.tsx';
import { PlaceForm } from '../parts/place.tsx';
import { Verdicts } from '../parts/verdicts.tsx';
import { say } from '../language.ts';
import { complete, may, rows } from '../live.ts';
import { deviceName, machineName, platformName, READINESS_WORD, ROLE_WORD, when } from '../names.ts';
import { addressOf } from '../address.ts';

/** One machine or device: who it is, and every verdict about it. */
export function SubjectPage({ id }: { readonly id: string }) {
  const machine = rows.value.machines.get(id);
  const device = rows.value.devices.get(id);
  const name = machine ? machineName(machine) : device ? deviceName(device) : id;
  useEffect(() => {
    document.title = `${name} · ${say('product')}`;
  });
  const found = machine ?? device;
  if (!found && complete.value) return <Gone />;
  if (!found) return <p class="empty">{say('opening')}</p>;
  return (
    <main class="sheet">
      <nav class="crumbs">
        <a href={addressOf({ page: 'room', room: found.room })}>← {say('back_to_room')}</a>
        <a href={addressOf({ page: 'history', id })}>{say('history')}</a>
        {device?.kind === 'camera' && device.room !== null && (
          <a href={addressOf({ page: 'proofs', room: device.room })}>{say('proofs_page')}</a>
        )}
        {device?.kind === 'ups' && <a href={addressOf({ page: 'drill', id })}>{say('drill_link')}</a>}
      </nav>
      <Title name={name} readiness={found.readiness} simulated={machine?.simulated ?? false} />
      {machine && <MachineFacts machine={machine} />}
      {device && <DeviceFacts device={device} />}
      {machine && may('place-machine') && (
        <details class="place">
          <summary>{say('change_place')}</summary>
          <PlaceForm key={machine.id} machine={machine} />
        </details>
      )}
      {machine && !machine.revoked && <MoveForms key={`move ${machine.id}`} machine={machine} />}
      {complete.value ? (
        <Verdicts verdicts={[...rows.value.verdicts.values()]} />
      ) : (
        <p class="empty">{say('opening')}</p>
      )}
    </main>
  );
}

function Gone() {
  return (
    <main class="sheet">
      <nav class="crumbs">
        <a href={addressOf({ page: 'room', room: null })}>← {say('back_to_room')}</a>
      </nav>
      <p class="empty">{say('unknown_machine')}</p>
    </main>
  );
}

interface TitleProps {
  readonly name: string;
  readonly readiness: Readiness;
  readonly simulated: boolean;
}

function Title({ name, readiness, simulated }: TitleProps) {
  return (
    <h1 class={`title is-${readiness}`}>
      <Mark of={readiness} />
      {name} <span class="title-word">{say(READINESS_WORD[readiness])}</span>
      {simulated && <span class="tag">{say('simulated')}</span>}
    </h1>
  );
}

function MachineFacts({ machine }: { readonly machine: MachineRow }) {
  return (
    <dl class="facts">
      <Fact term="room" value={machine.room} />
      <Fact term="role" value={say(ROLE_WORD[machine.role])} />
      <Fact term="seen" value={hearing(machine)} />
      <Fact term="hostname" value={machine.hostname} />
      <Fact term="address" value={machine.address ?? '—'} />
      <Fact term="platform" value={platformName(machine.platform)} />
      <Fact term="version" value={machine.version} />
      <Fact term="enrolled" value={when(machine.enrolledAt)} />
    </dl>
  );
}

function hearing(machine: MachineRow): string {
  if (machine.online === true) return say('heard');
  if (machine.online === null) return say('waited_for');
  return machine.seenAt === null ? say('not_heard') : say('not_heard_since', { time: when(machine.seenAt) });
}

function DeviceFacts({ device }: { readonly device: DeviceRow }) {
  const fed = device.feeds.map((id) => {
    const machine = rows.value.machines.get(id);
    return machine ? machineName(machine) : id;
  });
  return (
    <dl class="facts">
      {device.room !== null && <Fact term="room" value={device.room} />}
      {fed.length > 0 && <Fact term="feeds" value={fed.join(say('list_comma'))} />}
    </dl>
  );
}

function Fact({ term, value }: { readonly term: Parameters<typeof say>[0]; readonly value: string }) {
  return (
    <div>
      <dt>{say(term)}</dt>
      <dd>{value}</dd>
    </div>
  );
}
