// What runs on this machine, and who sits at it.
#include "napi.h"

#include <windows.h>
#include <winternl.h>
#include <psapi.h>
#include <wtsapi32.h>

/// STATUS_INFO_LENGTH_MISMATCH, which only the headers for drivers have.
#define TOO_SHORT ((NTSTATUS)0xC0000004)

/// NtQuerySystemInformation(SystemProcessInformation): one call, where the tool help library makes a snapshot in two or more.
/// Since Windows NT it has the same first fields, and says itself how long each entry is.
static BYTE *list_processes(void) {
  // What sufficed last time; programs that start meanwhile are allowed for.
  static ULONG size = 64 * 1024;
  for (int tries = 0; tries < 4; tries++) {
    BYTE *bytes = malloc(size);
    if (bytes == NULL) return NULL;
    ULONG needed = 0;
    NTSTATUS status = NtQuerySystemInformation(SystemProcessInformation, bytes, size, &needed);
    if (status >= 0) return bytes;
    free(bytes);
    if (status != TOO_SHORT || needed > 64 * 1024 * 1024) return NULL;
    size = (needed > size ? needed : size) + 32 * 1024;
  }
  return NULL;
}

static napi_value processes(napi_env env, napi_callback_info info) {
  (void)info;
  BYTE *bytes = list_processes();
  if (bytes == NULL) return none(env);
  napi_value names = new_list(env);
  uint32_t count = 0;
  const SYSTEM_PROCESS_INFORMATION *at = (const SYSTEM_PROCESS_INFORMATION *)bytes;
  for (;; at = (const SYSTEM_PROCESS_INFORMATION *)((const BYTE *)at + at->NextEntryOffset)) {
    // The idle process has no name, and is none.
    const UNICODE_STRING *name = &at->ImageName;
    if (name->Buffer != NULL && name->Length > 0)
      set_element(env, names, count++, new_wide_of(env, name->Buffer, name->Length / sizeof(WCHAR)));
    if (at->NextEntryOffset == 0) break;
  }
  free(bytes);
  return count == 0 ? none(env) : names;
}

static napi_value process_count(napi_env env, napi_callback_info info) {
  (void)info;
  PERFORMANCE_INFORMATION about;
  if (!GetPerformanceInfo(&about, sizeof about) || about.ProcessCount == 0) return none(env);
  return new_number(env, about.ProcessCount);
}

static napi_value running_services(napi_env env, napi_callback_info info) {
  (void)info;
  SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
  if (manager == NULL) return none(env);
  DWORD needed = 0, count = 0, resume = 0, size = 0;
  BYTE *bytes = NULL;
  BOOL done = FALSE;
  for (int tries = 0; tries < 4 && !done; tries++) {
    resume = 0;
    done = EnumServicesStatusExW(
      manager, SC_ENUM_PROCESS_INFO, SERVICE_WIN32 | SERVICE_DRIVER, SERVICE_ACTIVE, bytes, size, &needed, &count,
      &resume, NULL);
    if (done || GetLastError() != ERROR_MORE_DATA) break;
    // What is left over is what was missing.
    size += needed + 4096;
    free(bytes);
    bytes = malloc(size);
    if (bytes == NULL) break;
  }
  napi_value names = none(env);
  if (done) {
    names = new_list(env);
    const ENUM_SERVICE_STATUS_PROCESSW *services = (const ENUM_SERVICE_STATUS_PROCESSW *)bytes;
    for (DWORD i = 0; i < count; i++) set_element(env, names, i, new_wide(env, services[i].lpServiceName));
  }
  free(bytes);
  CloseServiceHandle(manager);
  return names;
}

static napi_value sessions(napi_env env, napi_callback_info info) {
  (void)info;
  WTS_SESSION_INFOW *found = NULL;
  DWORD count = 0;
  if (!WTSEnumerateSessionsW(WTS_CURRENT_SERVER_HANDLE, 0, 1, &found, &count) || found == NULL) return none(env);
  napi_value list = new_list(env);
  for (DWORD i = 0; i < count; i++) {
    napi_value session = new_object(env);
    set_number(env, session, "id", found[i].SessionId);
    set(env, session, "name", new_wide(env, found[i].pWinStationName));
    set_bool(env, session, "active", found[i].State == WTSActive);
    set_element(env, list, i, session);
  }
  WTSFreeMemory(found);
  return count == 0 ? none(env) : list;
}

void export_running(napi_env env, napi_value exports) {
  export(env, exports, "processes", processes);
  export(env, exports, "processCount", process_count);
  export(env, exports, "runningServices", running_services);
  export(env, exports, "sessions", sessions);
}
