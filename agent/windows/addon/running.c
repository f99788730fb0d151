// What runs on this machine, and who sits at it.
#include "napi.h"

#include <windows.h>
#include <psapi.h>
#include <tlhelp32.h>
#include <wtsapi32.h>

static napi_value processes(napi_env env, napi_callback_info info) {
  (void)info;
  HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  if (snapshot == INVALID_HANDLE_VALUE) return none(env);
  PROCESSENTRY32W entry;
  entry.dwSize = sizeof entry;
  napi_value names = new_list(env);
  uint32_t count = 0;
  for (BOOL more = Process32FirstW(snapshot, &entry); more; more = Process32NextW(snapshot, &entry))
    set_element(env, names, count++, new_wide(env, entry.szExeFile));
  CloseHandle(snapshot);
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
