// Short words for the few things of Node-API that the addon needs. A failing call leaves `undefined` or null behind,
// which the readers of agent/windows take for "unknown".
#ifndef XUNKAO_NAPI_H
#define XUNKAO_NAPI_H

#define NAPI_VERSION 6
#include <node_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

static inline napi_value none(napi_env env) {
  napi_value value = NULL;
  napi_get_null(env, &value);
  return value;
}

static inline napi_value new_object(napi_env env) {
  napi_value value = NULL;
  napi_create_object(env, &value);
  return value;
}

static inline napi_value new_list(napi_env env) {
  napi_value value = NULL;
  napi_create_array(env, &value);
  return value;
}

static inline napi_value new_bool(napi_env env, int truth) {
  napi_value value = NULL;
  napi_get_boolean(env, truth != 0, &value);
  return value;
}

static inline napi_value new_number(napi_env env, double number) {
  napi_value value = NULL;
  napi_create_double(env, number, &value);
  return value;
}

static inline napi_value new_text(napi_env env, const char *text) {
  napi_value value = NULL;
  napi_create_string_latin1(env, text == NULL ? "" : text, NAPI_AUTO_LENGTH, &value);
  return value;
}

static inline napi_value new_wide(napi_env env, const wchar_t *text) {
  napi_value value = NULL;
  napi_create_string_utf16(env, (const char16_t *)(text == NULL ? L"" : text), NAPI_AUTO_LENGTH, &value);
  return value;
}

static inline napi_value new_wide_of(napi_env env, const wchar_t *text, size_t length) {
  napi_value value = NULL;
  napi_create_string_utf16(env, (const char16_t *)text, length, &value);
  return value;
}

static inline void set(napi_env env, napi_value object, const char *name, napi_value value) {
  napi_set_named_property(env, object, name, value);
}

static inline void set_number(napi_env env, napi_value object, const char *name, double number) {
  set(env, object, name, new_number(env, number));
}

static inline void set_bool(napi_env env, napi_value object, const char *name, int truth) {
  set(env, object, name, new_bool(env, truth));
}

static inline void set_element(napi_env env, napi_value list, uint32_t index, napi_value value) {
  napi_set_element(env, list, index, value);
}

static inline uint32_t number_argument(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument = NULL;
  uint32_t number = 0;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (count > 0) napi_get_value_uint32(env, argument, &number);
  return number;
}

/// False when there is none, or when it is longer than `most` with its zero.
static inline int text_argument(napi_env env, napi_callback_info info, wchar_t *text, size_t most) {
  size_t count = 1;
  size_t length = 0;
  napi_value argument = NULL;
  napi_get_cb_info(env, info, &count, &argument, NULL, NULL);
  if (count == 0) return 0;
  if (napi_get_value_string_utf16(env, argument, NULL, 0, &length) != napi_ok || length >= most) return 0;
  return napi_get_value_string_utf16(env, argument, (char16_t *)text, most, &length) == napi_ok;
}

static inline void export(napi_env env, napi_value exports, const char *name, napi_callback function) {
  napi_value value = NULL;
  if (napi_create_function(env, name, NAPI_AUTO_LENGTH, function, NULL, &value) == napi_ok)
    set(env, exports, name, value);
}

void export_running(napi_env env, napi_value exports);
void export_disks(napi_env env, napi_value exports);

#endif
