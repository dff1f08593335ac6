package hamanager

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"homehub/modules/hamanager/internal/fixture"
	"homehub/modules/hamanager/internal/virtualhome"
)

// virtualHomeOptions are the flags of virtual-home.
type virtualHomeOptions struct {
	address, home, state string
	public               bool
}

// VirtualHomeCommand serves the simulated Home Assistant alone, on a port.
func VirtualHomeCommand() *cobra.Command {
	var o virtualHomeOptions
	cmd := &cobra.Command{
		Use:   "virtual-home",
		Short: "Serve a simulated Home Assistant on a port",
		Long: "Serves the simulated home that homehub gives every new household, with Home Assistant's REST and\n" +
			"WebSocket API, so that a client can be tried without a Home Assistant. It begins before onboarding.\n" +
			"Whoever reaches the port first becomes its owner, so it listens on this machine only unless --public is given.",
		Example: "  homehub virtual-home\n" +
			"  homehub virtual-home --address 127.0.0.1:8124 --home my-home.yaml --state my-home.json",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runVirtualHome(cmd, o) },
	}
	cmd.Flags().StringVar(&o.address, "address", "127.0.0.1:8123", "address to listen on")
	cmd.Flags().StringVar(&o.home, "home", "", "file that describes the home (default: the built-in Hungarian home)")
	cmd.Flags().StringVar(&o.state, "state", "", "file that keeps what happens to the home (default: nothing is kept)")
	cmd.Flags().BoolVar(&o.public, "public", false, "allow an address that other machines can reach")

	return cmd
}

func runVirtualHome(cmd *cobra.Command, o virtualHomeOptions) error {
	if !o.public && !isLoopback(o.address) {
		return fmt.Errorf("address %s can be reached from other machines: add --public if that is wanted", o.address)
	}
	definition, err := fixture.BuiltIn()
	if o.home != "" {
		definition, err = fixture.Load(o.home)
	}
	if err != nil {
		return err
	}
	if o.state != "" {
		if err := os.MkdirAll(filepath.Dir(o.state), 0o700); err != nil {
			return fmt.Errorf("state file: %w", err)
		}
	}
	log := zap.New(zapcore.NewCore(zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig()),
		zapcore.AddSync(cmd.ErrOrStderr()), zapcore.InfoLevel))
	home, err := virtualhome.New(virtualhome.Options{Definition: definition, StatePath: o.state, Log: log})
	if err != nil {
		return err
	}

	return errors.Join(serveHome(cmd.Context(), home, o.address, log), home.Close())
}

// serveHome listens until ctx ends, then lets requests under way finish.
func serveHome(ctx context.Context, home *virtualhome.Home, address string, log *zap.Logger) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("virtual home: %w", err)
	}
	server := &http.Server{Handler: home.Handler(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }() // ends with Shutdown below
	log.Info("SIMULATED Home Assistant is ready; no real device is controlled",
		zap.String("url", "http://"+listener.Addr().String()), zap.String("version", virtualhome.DefaultVersion))
	select {
	case err := <-failed:
		return fmt.Errorf("virtual home: %w", err)
	case <-ctx.Done():
	}
	if err := home.Close(); err != nil { //nolint:contextcheck // ctx has ended; this ends the WebSocket connections
		log.Error("virtual home did not close cleanly", zap.Error(err))
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	err = server.Shutdown(ending)
	if ended := <-failed; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}

	return err
}

// isLoopback reports whether only this machine can reach an address.
func isLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)

	return err == nil && ip.IsLoopback()
}
