/* A module that nobody can satisfy: two functions and an object that are defined nowhere, among ones that are. */
#include <zlib.h>

int no_such_function(int value);
int nor_this_one(void);
extern int no_such_object;

int uses_them(void) { return no_such_function((int)compressBound(1)) + nor_this_one() + no_such_object; }
