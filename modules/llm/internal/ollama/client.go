// Package ollama asks an Ollama server how it is.
package ollama

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 1 << 20

// Client speaks to one Ollama server.
type Client struct {
	url  string
	http *http.Client
}

// New makes a client; it does no I/O. The http client's timeout bounds each request.
func New(url string, client *http.Client) *Client {
	return &Client{url: strings.TrimRight(url, "/"), http: client}
}

// Models returns the names of the models that the server has. It asks for the version first,
// so that something else on the same port is not taken for Ollama.
func (c *Client) Models(ctx context.Context) ([]string, error) {
	var version struct {
		Version string `json:"version"`
	}
	if err := c.get(ctx, "/api/version", &version); err != nil {
		return nil, err
	}
	if version.Version == "" {
		return nil, fmt.Errorf("ask ollama: %s names no version", c.url)
	}

	var tags struct {
		Models []struct {
			Name string `json:"name"`
		} `json:"models"`
	}
	if err := c.get(ctx, "/api/tags", &tags); err != nil {
		return nil, err
	}
	names := make([]string, len(tags.Models))
	for i, m := range tags.Models {
		names[i] = m.Name
	}

	return names, nil
}

func (c *Client) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("ask ollama: %w", err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("ask ollama: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("ask ollama: %s answered %s", path, response.Status)
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(into); err != nil {
		return fmt.Errorf("read ollama's answer: %w", err)
	}

	return nil
}
