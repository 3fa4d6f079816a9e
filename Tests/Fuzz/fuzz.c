// The entry point that libFuzzer wants. A Swift executable would bring a main of its own.
#include <stddef.h>
#include <stdint.h>

extern int32_t tproxy_fuzz(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return tproxy_fuzz(data, size); }
