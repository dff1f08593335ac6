package spare

import "syscall"

// lowest is the priority that gets only what is left.
const lowest = 19

// lower changes the calling thread alone: on Linux a priority is a thread's. Where it is refused,
// the computation goes on as it is.
func lower() { _ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), lowest) }
