// What the registry of Windows does not hold, for agent/windows/addon.ts, which says what each function gives.
//
// Plain C on Node-API 6, so that one file serves Node 13.13 on Windows 7 and every later one. It only reads: it opens no
// process, changes no setting, and every function returns null when Windows refuses. All structures are sized by what
// Windows says it needs, with one more try when they grew in between.
#include "napi.h"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <iphlpapi.h>
#include <netioapi.h>

static napi_value firmware_table(napi_env env, napi_callback_info info) {
  (void)info;
  DWORD size = GetSystemFirmwareTable('RSMB', 0, NULL, 0);
  if (size == 0 || size > 1024 * 1024) return none(env);
  BYTE *bytes = malloc(size);
  if (bytes == NULL) return none(env);
  DWORD got = GetSystemFirmwareTable('RSMB', 0, bytes, size);
  napi_value buffer = none(env);
  if (got > 0 && got <= size) napi_create_buffer_copy(env, got, bytes, NULL, &buffer);
  free(bytes);
  return buffer;
}

/// IANA's "up". Speeds of 0 and of all ones mean that the driver does not know.
static void set_link(napi_env env, napi_value object, BOOL up, ULONG64 speed) {
  set_bool(env, object, "up", up);
  if (speed == 0 || speed >= (1ULL << 50)) set(env, object, "speed", none(env));
  else set_number(env, object, "speed", (double)speed);
}

static double ticks_of(FILETIME time) {
  return (double)(((ULONG64)time.dwHighDateTime << 32) | time.dwLowDateTime);
}

static napi_value link_of(napi_env env, napi_callback_info info) {
  MIB_IF_ROW2 row;
  memset(&row, 0, sizeof row);
  row.InterfaceIndex = (NET_IFINDEX)number_argument(env, info);
  if (GetIfEntry2(&row) != NO_ERROR) return none(env);
  napi_value object = new_object(env);
  set_link(env, object, row.OperStatus == IfOperStatusUp, row.ReceiveLinkSpeed);
  return object;
}

static volatile LONG network_changes = 0;
static LONG watchers = 0;
/// Of cards, of their addresses and of the ways out.
static HANDLE notices[3];

/// On threads of Windows' own: they may do nothing but count.
static void CALLBACK on_card(void *nothing, MIB_IPINTERFACE_ROW *row, MIB_NOTIFICATION_TYPE type) {
  (void)nothing, (void)row, (void)type;
  InterlockedIncrement(&network_changes);
}

static void CALLBACK on_address(void *nothing, MIB_UNICASTIPADDRESS_ROW *row, MIB_NOTIFICATION_TYPE type) {
  (void)nothing, (void)row, (void)type;
  InterlockedIncrement(&network_changes);
}

static void CALLBACK on_route(void *nothing, MIB_IPFORWARD_ROW2 *row, MIB_NOTIFICATION_TYPE type) {
  (void)nothing, (void)row, (void)type;
  InterlockedIncrement(&network_changes);
}

static void end_notices(void) {
  // It waits for a callback that runs, so that none comes after this file is unloaded.
  for (int i = 0; i < 3; i++) {
    if (notices[i] != NULL) CancelMibChangeNotify2(notices[i]);
    notices[i] = NULL;
  }
}

static void end_watch(void *nothing) {
  (void)nothing;
  if (--watchers == 0) end_notices();
}

static BOOL watch_network(void) {
  // Addresses and ways of IPv4 only: those of IPv6 are announced anew every few minutes.
  if (notices[0] != NULL) return TRUE;
  if (NotifyIpInterfaceChange(AF_UNSPEC, on_card, NULL, FALSE, &notices[0]) == NO_ERROR &&
      NotifyUnicastIpAddressChange(AF_INET, on_address, NULL, FALSE, &notices[1]) == NO_ERROR &&
      NotifyRouteChange2(AF_INET, on_route, NULL, FALSE, &notices[2]) == NO_ERROR)
    return TRUE;
  end_notices();
  return FALSE;
}

/// How often a card, an address or a way changed since the first call; the number alone, at the cost of reading memory.
static napi_value network_changes_of(napi_env env, napi_callback_info info) {
  (void)info;
  return watch_network() ? new_number(env, network_changes) : none(env);
}

static napi_value cpu_times(napi_env env, napi_callback_info info) {
  (void)info;
  FILETIME idle, kernel, user;
  if (!GetSystemTimes(&idle, &kernel, &user)) return none(env);
  napi_value object = new_object(env);
  // The kernel's time has the idle time in it.
  set_number(env, object, "idle", ticks_of(idle));
  set_number(env, object, "total", ticks_of(kernel) + ticks_of(user));
  return object;
}

static void add_address(napi_env env, napi_value list, uint32_t index, const SOCKET_ADDRESS *address) {
  char text[64] = "";
  DWORD size = sizeof text;
  // Also formats IPv6; with a scope (%12) on link-local ones, which is cut.
  if (WSAAddressToStringA(address->lpSockaddr, address->iSockaddrLength, NULL, text, &size) != 0) text[0] = 0;
  char *scope = strchr(text, '%');
  if (scope != NULL) *scope = 0;
  set_element(env, list, index, new_text(env, text));
}

static napi_value card_of(napi_env env, const IP_ADAPTER_ADDRESSES *at) {
  napi_value card = new_object(env);
  DWORD index = at->IfIndex != 0 ? at->IfIndex : at->Ipv6IfIndex;
  set_number(env, card, "index", index);
  set(env, card, "guid", new_text(env, at->AdapterName));
  set(env, card, "name", new_wide(env, at->FriendlyName));
  set(env, card, "description", new_wide(env, at->Description));
  set_number(env, card, "type", at->IfType);
  set_bool(env, card, "dhcp", (at->Flags & IP_ADAPTER_DHCP_ENABLED) != 0);
  MIB_IF_ROW2 row;
  memset(&row, 0, sizeof row);
  row.InterfaceIndex = index;
  BOOL known = GetIfEntry2(&row) == NO_ERROR;
  set_bool(env, card, "hardware", known && row.InterfaceAndOperStatusFlags.HardwareInterface);
  set_link(env, card, at->OperStatus == IfOperStatusUp, known ? row.ReceiveLinkSpeed : at->ReceiveLinkSpeed);
  char mac[3 * MAX_ADAPTER_ADDRESS_LENGTH + 1] = "";
  for (ULONG i = 0; i < at->PhysicalAddressLength && i < MAX_ADAPTER_ADDRESS_LENGTH; i++)
    sprintf(mac + strlen(mac), i == 0 ? "%02x" : ":%02x", at->PhysicalAddress[i]);
  set(env, card, "mac", new_text(env, mac));
  napi_value addresses = new_list(env);
  uint32_t count = 0;
  for (const IP_ADAPTER_UNICAST_ADDRESS *own = at->FirstUnicastAddress; own != NULL; own = own->Next)
    add_address(env, addresses, count++, &own->Address);
  set(env, card, "addresses", addresses);
  napi_value gateways = new_list(env);
  count = 0;
  for (const IP_ADAPTER_GATEWAY_ADDRESS_LH *way = at->FirstGatewayAddress; way != NULL; way = way->Next)
    add_address(env, gateways, count++, &way->Address);
  set(env, card, "gateways", gateways);
  return card;
}

/// The IPv4 default route with the least metric; since Vista this table's metric includes the card's.
static napi_value default_route(napi_env env) {
  ULONG size = 0;
  MIB_IPFORWARDTABLE *table = NULL;
  DWORD status = GetIpForwardTable(NULL, &size, FALSE);
  for (int tries = 0; tries < 3 && status == ERROR_INSUFFICIENT_BUFFER; tries++) {
    free(table);
    table = malloc(size);
    if (table == NULL) return none(env);
    status = GetIpForwardTable(table, &size, FALSE);
  }
  const MIB_IPFORWARDROW *best = NULL;
  if (status == NO_ERROR && table != NULL) {
    for (DWORD i = 0; i < table->dwNumEntries; i++) {
      const MIB_IPFORWARDROW *row = &table->table[i];
      if (row->dwForwardDest != 0 || row->dwForwardMask != 0) continue;
      if (best == NULL || row->dwForwardMetric1 < best->dwForwardMetric1) best = row;
    }
  }
  napi_value route = none(env);
  if (best != NULL) {
    route = new_object(env);
    set_number(env, route, "index", best->dwForwardIfIndex);
    const BYTE *hop = (const BYTE *)&best->dwForwardNextHop;
    char text[16];
    sprintf(text, "%u.%u.%u.%u", hop[0], hop[1], hop[2], hop[3]);
    set(env, route, "gateway", best->dwForwardNextHop == 0 ? none(env) : new_text(env, text));
  }
  free(table);
  return route;
}

static napi_value network(napi_env env, napi_callback_info info) {
  (void)info;
  const ULONG flags =
    GAA_FLAG_INCLUDE_GATEWAYS | GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER;
  ULONG size = 16 * 1024;
  IP_ADAPTER_ADDRESSES *adapters = NULL;
  DWORD status = ERROR_BUFFER_OVERFLOW;
  for (int tries = 0; tries < 3 && status == ERROR_BUFFER_OVERFLOW; tries++) {
    free(adapters);
    adapters = malloc(size);
    if (adapters == NULL) return none(env);
    status = GetAdaptersAddresses(AF_UNSPEC, flags, NULL, adapters, &size);
  }
  napi_value found = none(env);
  if (status == NO_ERROR || status == ERROR_NO_DATA) {
    napi_value cards = new_list(env);
    uint32_t count = 0;
    if (status == NO_ERROR)
      for (const IP_ADAPTER_ADDRESSES *at = adapters; at != NULL; at = at->Next)
        set_element(env, cards, count++, card_of(env, at));
    found = new_object(env);
    set(env, found, "cards", cards);
    set(env, found, "route", default_route(env));
  }
  free(adapters);
  return found;
}

static napi_value space(napi_env env, napi_callback_info info) {
  WCHAR folder[MAX_PATH + 1];
  ULARGE_INTEGER available, total;
  if (!text_argument(env, info, folder, MAX_PATH + 1)) return none(env);
  if (!GetDiskFreeSpaceExW(folder, &available, &total, NULL)) return none(env);
  napi_value object = new_object(env);
  set_number(env, object, "size", (double)total.QuadPart);
  set_number(env, object, "free", (double)available.QuadPart);
  return object;
}

static napi_value battery(napi_env env, napi_callback_info info) {
  (void)info;
  SYSTEM_POWER_STATUS status;
  if (!GetSystemPowerStatus(&status) || status.BatteryFlag == 255) return none(env);
  return new_bool(env, (status.BatteryFlag & 128) == 0);
}

static napi_value screen(napi_env env, napi_callback_info info) {
  (void)info;
  DWORD session;
  DEVMODEW mode;
  memset(&mode, 0, sizeof mode);
  mode.dmSize = sizeof mode;
  // Physical pixels, whatever scaling the desktop has.
  if (!ProcessIdToSessionId(GetCurrentProcessId(), &session)) return none(env);
  if (!EnumDisplaySettingsW(NULL, ENUM_CURRENT_SETTINGS, &mode)) return none(env);
  if (mode.dmPelsWidth == 0 || mode.dmPelsHeight == 0) return none(env);
  napi_value object = new_object(env);
  set_number(env, object, "session", session);
  set_number(env, object, "width", mode.dmPelsWidth);
  set_number(env, object, "height", mode.dmPelsHeight);
  return object;
}

NAPI_MODULE_INIT() {
  watchers++;
  napi_add_env_cleanup_hook(env, end_watch, NULL);
  export(env, exports, "firmwareTable", firmware_table);
  export(env, exports, "network", network);
  export(env, exports, "link", link_of);
  export(env, exports, "networkChanges", network_changes_of);
  export(env, exports, "cpuTimes", cpu_times);
  export(env, exports, "space", space);
  export(env, exports, "battery", battery);
  export(env, exports, "screen", screen);
  export_running(env, exports);
  export_disks(env, exports);
  return exports;
}
