package fitness

import (
	"bufio"
	"context"
	"io"
	"os/exec"
	"strconv"
	"strings"
)

// GPU is what NVIDIA's GPUs of this machine did, on average over all of them.
type GPU struct {
	// Utilisation is in per cent of the time; Memory, the most that was taken, in MiB.
	Utilisation float64 `json:"utilisation_percent"`
	Memory      float64 `json:"memory_mib"`
}

// Watcher asks nvidia-smi, once a second. Only a server on the same machine can be watched so.
type Watcher struct{ command string }

// NewWatcher returns nil where there is no nvidia-smi.
func NewWatcher() *Watcher {
	command, err := exec.LookPath("nvidia-smi")
	if err != nil {
		return nil
	}

	return &Watcher{command: command}
}

// Start watches until stop is called, or ctx ends. stop returns nil where nothing was seen.
func (w *Watcher) Start(ctx context.Context) (stop func() *GPU) {
	ctx, cancel := context.WithCancel(ctx)
	//nolint:gosec // the path is LookPath's, the arguments are constants
	cmd := exec.CommandContext(ctx, w.command, "--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits", "--loop=1")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()

		return func() *GPU { return nil }
	}
	seen := make(chan *GPU, 1)
	go func() { seen <- read(out) }()

	return func() *GPU {
		cancel()
		gpu := <-seen
		_ = cmd.Wait() // it was killed

		return gpu
	}
}

// read sums up lines of "utilisation, memory".
func read(from io.Reader) *GPU {
	var gpu GPU
	lines := 0
	for scanner := bufio.NewScanner(from); scanner.Scan(); {
		used, memory, ok := strings.Cut(scanner.Text(), ",")
		percent, err := strconv.ParseFloat(strings.TrimSpace(used), 64)
		if !ok || err != nil {
			continue
		}
		mib, _ := strconv.ParseFloat(strings.TrimSpace(memory), 64)
		gpu.Utilisation += percent
		gpu.Memory = max(gpu.Memory, mib)
		lines++
	}
	if lines == 0 {
		return nil
	}
	gpu.Utilisation /= float64(lines)

	return &gpu
}
