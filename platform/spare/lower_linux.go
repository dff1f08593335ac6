package spare

import "syscall"

// niceness leaves a tenth of a processor that everybody wants, which is enough for a login to end in
// time. With less, Go's collector would have to wait for the thread: to begin and to end, it stops
// all of them, and one that gets no processor does not hear of it.
const niceness = 10

// lower changes the calling thread alone: on Linux a priority is a thread's. Where it is refused,
// the computation goes on as it is.
func lower() { _ = syscall.Setpriority(syscall.PRIO_PROCESS, syscall.Gettid(), niceness) }
