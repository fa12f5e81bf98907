"""What brings the system to other machines: images, compose, Kubernetes, and the commands that a release needs."""
