//go:build !linux

package hashing

// lower does nothing: no worker is started here.
func lower(priority) {}

func pauses(priority) func() { return func() {} }

func startWorker(priority) (*worker, error) { return nil, errUnsupported }
