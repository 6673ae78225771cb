"""What `make` runs: lessons, pages, stored outputs, pins. The lessons themselves use `helpers`."""
