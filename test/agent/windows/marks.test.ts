import { expect, test } from 'vitest';
import { fixedLetters } from '../../../agent/windows/marks.ts';
import { fakeRegistry } from '../../fixtures/windows.ts';

const path = (text: string): Buffer => Buffer.from(text, 'utf16le');

test('fixed volumes are those of disks, MBR and GPT; sticks and discs are none', () => {
  const windows = fakeRegistry({
    'HKLM\\SYSTEM\\MountedDevices': {
      '\\DosDevices\\C:': Buffer.from('a1b2c3d40000500600000000', 'hex'),
      '\\DosDevices\\D:': Buffer.concat([Buffer.from('DMIO:ID:'), Buffer.alloc(16, 7)]),
      '\\DosDevices\\E:': path('\\??\\SCSI#CdRom&Ven_Msft&Prod_Virtual_DVD-ROM#'),
      '\\DosDevices\\F:': path('_??_USBSTOR#Disk&Ven_Kingston&Prod_DataTraveler#'),
      '\\??\\Volume{1}': Buffer.alloc(12),
    },
  });
  expect(fixedLetters(windows)).toEqual(['C', 'D']);
});

test('without the mount manager’s list only the system’s own volume is marked', () => {
  expect(fixedLetters(fakeRegistry({}))).toEqual([]);
});
