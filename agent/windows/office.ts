import type { Host } from '../host.ts';
import type { Facts } from '../reading.ts';
import { byVersion, majorOf, programAt } from './chrome.ts';
import type { InstalledEntry } from './installed.ts';
import { expanded, joined, programFolders, programIn, signedInUsers, textOf, unique, VIEWS } from './places.ts';
import type { View, Windows } from './windows.ts';

/** 11 is Office 2003, 14 is 2010, 15 is 2013, 16 all since. */
const MAJORS: readonly number[] = [16, 15, 14, 12, 11];
const PROGRAMS: readonly string[] = ['WINWORD.EXE', 'EXCEL.EXE', 'POWERPNT.EXE'];
const OFFICE = 'SOFTWARE\\Microsoft\\Office';
const APP_PATHS = 'SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\App Paths';

/**
 * Microsoft Office: one of its programs must be there. Its keys alone prove nothing: trials, viewers, single languages
 * and other versions leave them behind, and WPS takes over the names that documents are opened by. The newest counts.
 */
export async function windowsOffice(
  host: Host,
  windows: Windows,
  entries: readonly InstalledEntry[] | null,
): Promise<Facts> {
  let unsure = entries === null;
  let present = false;
  const versions: string[] = [];
  for (const path of placesOf(windows)) {
    const { there, version, product } = await programAt(host, path);
    if (there === null) unsure = true;
    if (there !== true || (product !== null && !/office|microsoft/i.test(product))) continue;
    present = true;
    // From the folder's name, `Office16`, when the program does not say.
    const known = version ?? folderMajor(path);
    if (known !== null) versions.push(known);
  }
  const newest = versions.sort(byVersion).pop();
  if (newest !== undefined) return office(true, newest, majorOf(newest));
  if (present) return office(true, null, null);
  const claimed = claim(windows);
  return claimed === null && !unsure ? office(false, null, 0) : office(null, claimed, null);
}

function office(installed: boolean | null, version: string | null, major: number | null): Facts {
  return { office_installed: installed, office_version: version, office_major: major };
}

/** Where its programs would be: by installation, by Click-to-Run, by what Windows starts under their names, by custom. */
function placesOf(windows: Windows): readonly string[] {
  const folders: string[] = [];
  const add = (folder: string | null | undefined): void => {
    if (folder != null) folders.push(expanded(windows, folder));
  };
  for (const view of VIEWS) {
    for (const major of MAJORS) {
      for (const part of ['Common', 'Word']) {
        add(textOf(windows, 'HKLM', `${OFFICE}\\${major}.0\\${part}\\InstallRoot`, 'Path', view));
      }
    }
    for (const root of clickToRunRoots(windows, view))
      folders.push(...MAJORS.map((major) => joined(root, `Office${major}`)));
  }
  const named = VIEWS.flatMap((view) =>
    PROGRAMS.map((program) => textOf(windows, 'HKLM', `${APP_PATHS}\\${program}`, '', view)),
  ).flatMap((path) => (path == null ? [] : [expanded(windows, programIn(path))]));
  for (const program of programFolders(windows)) {
    folders.push(
      joined(program, 'Microsoft Office', 'root', 'Office16'),
      joined(program, 'Microsoft Office 15', 'root', 'Office15'),
    );
    folders.push(...MAJORS.map((major) => joined(program, 'Microsoft Office', `Office${major}`)));
  }
  return unique([...unique(folders).flatMap((folder) => PROGRAMS.map((program) => joined(folder, program))), ...named]);
}

const CLICK_TO_RUN: readonly string[] = [`${OFFICE}\\ClickToRun`, `${OFFICE}\\15.0\\ClickToRun`];

function clickToRunRoots(windows: Windows, view: View): readonly string[] {
  return CLICK_TO_RUN.flatMap((key) => {
    const path = textOf(windows, 'HKLM', `${key}\\Configuration`, 'InstallationPath', view);
    const older = textOf(windows, 'HKLM', key, 'InstallPath', view);
    return [path, older].flatMap((folder) => (folder == null ? [] : [joined(expanded(windows, folder), 'root')]));
  });
}

/** Click-to-Run keeps the version it delivers; where its folder is named too, that was looked into. */
function claim(windows: Windows): string | null {
  for (const view of VIEWS) {
    if (clickToRunRoots(windows, view).length > 0) continue;
    for (const key of CLICK_TO_RUN) {
      const version = textOf(windows, 'HKLM', `${key}\\Configuration`, 'VersionToReport', view);
      if (version != null) return version;
    }
  }
  return null;
}

function folderMajor(path: string): string | null {
  return /\\Office(\d{2})\\[^\\]+$/i.exec(path)?.[1] ?? null;
}

const KINGSOFT = 'Kingsoft\\Office\\6.0\\Common';

/** WPS Office, to be shown: the program must be there, for its line in the list of programs is easily made up. */
export async function windowsWps(
  host: Host,
  windows: Windows,
  entries: readonly InstalledEntry[] | null,
): Promise<string | null> {
  const roots = [
    ...VIEWS.map((view) => textOf(windows, 'HKLM', `SOFTWARE\\${KINGSOFT}`, 'InstallRoot', view)),
    ...(signedInUsers(windows) ?? []).map((user) =>
      textOf(windows, 'HKU', `${user}\\Software\\${KINGSOFT}`, 'InstallRoot'),
    ),
    ...(entries ?? []).filter(({ name }) => /^WPS Office\b/i.test(name)).map(({ folder }) => folder),
  ].flatMap((root) => root ?? []);
  const versions: string[] = [];
  for (const root of unique(roots.map((folder) => expanded(windows, folder)))) {
    for (const program of ['wps.exe', 'wpsoffice.exe']) {
      const { there, version } = await programAt(host, joined(root, 'office6', program));
      // The folder is called by the version.
      const known = version ?? /\\(\d+\.\d+\.\d+\.\d+)\\?$/.exec(root)?.[1];
      if (there === true && known !== undefined) versions.push(known);
    }
  }
  return versions.sort(byVersion).pop() ?? null;
}
