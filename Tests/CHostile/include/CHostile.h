// What Swift cannot call, for a renderer that tries to get out. All return -1 where they are refused.
#ifndef CHOSTILE_H
#define CHOSTILE_H

int hostile_open(const char *path, int flags);
int hostile_fork(void);
int hostile_start_program(const char *path);
int hostile_own(int file, int process);
int hostile_trace(int process);
int hostile_read_memory(int process);
int hostile_add_key(void);
int hostile_make_ring(void);
int hostile_make_space(void);

// All that there is.
void hostile_take_memory(void);
// More than there can be.
void hostile_demand_memory(void);
// As many as it gets.
int hostile_take_threads(void);
int hostile_look_for(const char *path);

#endif
