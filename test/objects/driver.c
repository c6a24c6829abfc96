/* Calls the program that it was linked with: a number for each argument. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

uint32_t lw_program(uint32_t x);

int main(int count, char **arguments) {
  for (int i = 1; i < count; ++i) printf("%08x\n", (unsigned)lw_program((uint32_t)strtoul(arguments[i], NULL, 16)));
  return 0;
}
