// Disks, processors, and the time since the start. Disks are opened without any right to read them: their descriptions are for everybody.
#include "napi.h"

#include <windows.h>
#include <winioctl.h>

enum { MOST_DISKS = 32, MOST_DESCRIPTION = 4096 };

/// A text of the descriptor at that offset, or null; never past what Windows wrote.
static napi_value description_text(napi_env env, const BYTE *bytes, DWORD size, DWORD offset) {
  if (offset == 0 || offset >= size) return none(env);
  char text[256];
  DWORD length = 0;
  while (offset + length < size && bytes[offset + length] != 0 && length + 1 < sizeof text) {
    text[length] = (char)bytes[offset + length];
    length++;
  }
  text[length] = 0;
  return new_text(env, text);
}

static BOOL query(HANDLE disk, STORAGE_PROPERTY_ID id, void *answer, DWORD most, DWORD *size) {
  STORAGE_PROPERTY_QUERY question;
  memset(&question, 0, sizeof question);
  question.PropertyId = id;
  question.QueryType = PropertyStandardQuery;
  *size = 0;
  return DeviceIoControl(
    disk, IOCTL_STORAGE_QUERY_PROPERTY, &question, sizeof question, answer, most, size, NULL);
}

static void describe(napi_env env, napi_value object, HANDLE disk) {
  BYTE bytes[MOST_DESCRIPTION];
  DWORD size;
  const STORAGE_DEVICE_DESCRIPTOR *about = (const STORAGE_DEVICE_DESCRIPTOR *)bytes;
  BOOL known = query(disk, StorageDeviceProperty, bytes, sizeof bytes, &size) && size >= sizeof *about;
  set(env, object, "vendor", known ? description_text(env, bytes, size, about->VendorIdOffset) : none(env));
  set(env, object, "model", known ? description_text(env, bytes, size, about->ProductIdOffset) : none(env));
  set(env, object, "serial", known ? description_text(env, bytes, size, about->SerialNumberOffset) : none(env));
  set_number(env, object, "bus", known ? about->BusType : 0);
  set_bool(env, object, "removable", known && about->RemovableMedia);

  DEVICE_SEEK_PENALTY_DESCRIPTOR seeks;
  BOOL told = query(disk, StorageDeviceSeekPenaltyProperty, &seeks, sizeof seeks, &size) && size >= sizeof seeks;
  set(env, object, "rotational", told ? new_bool(env, seeks.IncursSeekPenalty) : none(env));

  BYTE geometry[1024];
  BOOL sized =
    DeviceIoControl(disk, IOCTL_DISK_GET_DRIVE_GEOMETRY_EX, NULL, 0, geometry, sizeof geometry, &size, NULL) &&
    size >= sizeof(DISK_GEOMETRY) + sizeof(LARGE_INTEGER);
  const DISK_GEOMETRY_EX *shape = (const DISK_GEOMETRY_EX *)geometry;
  set(env, object, "sizeBytes", sized ? new_number(env, (double)shape->DiskSize.QuadPart) : none(env));
}

static napi_value disks(napi_env env, napi_callback_info info) {
  (void)info;
  napi_value list = new_list(env);
  uint32_t count = 0;
  for (int number = 0; number < MOST_DISKS; number++) {
    WCHAR path[32];
    swprintf(path, 32, L"\\\\.\\PhysicalDrive%d", number);
    HANDLE disk = CreateFileW(path, 0, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
    if (disk == INVALID_HANDLE_VALUE) continue;
    napi_value object = new_object(env);
    set_number(env, object, "number", number);
    describe(env, object, disk);
    set_element(env, list, count++, object);
    CloseHandle(disk);
  }
  // A machine that runs has a disk: none at all means that they could not be asked.
  return count == 0 ? none(env) : list;
}

static napi_value physical_cores(napi_env env, napi_callback_info info) {
  (void)info;
  DWORD size = 0;
  GetLogicalProcessorInformationEx(RelationProcessorCore, NULL, &size);
  if (GetLastError() != ERROR_INSUFFICIENT_BUFFER || size == 0) return none(env);
  BYTE *bytes = malloc(size);
  if (bytes == NULL) return none(env);
  double cores = 0;
  if (GetLogicalProcessorInformationEx(
        RelationProcessorCore, (SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *)bytes, &size)) {
    for (DWORD at = 0; at + sizeof(DWORD) * 2 <= size;) {
      const SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *row = (const void *)(bytes + at);
      if (row->Size == 0) break;
      if (row->Relationship == RelationProcessorCore) cores++;
      at += row->Size;
    }
  }
  free(bytes);
  return cores > 0 ? new_number(env, cores) : none(env);
}

static napi_value uptime_seconds(napi_env env, napi_callback_info info) {
  (void)info;
  return new_number(env, (double)GetTickCount64() / 1000);
}

void export_disks(napi_env env, napi_value exports) {
  export(env, exports, "disks", disks);
  export(env, exports, "physicalCores", physical_cores);
  export(env, exports, "uptimeSeconds", uptime_seconds);
}
