"""Server inventory over HTTP, as source 2 documents it: paths, fields and errors of a Django REST service."""
