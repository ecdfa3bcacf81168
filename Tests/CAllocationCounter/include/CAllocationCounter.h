#pragma once
/// Heap allocations made so far by the calling thread.
long allocations_of_this_thread(void);
