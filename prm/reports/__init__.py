"""Reports: compose other domains' queries into pages, PDF and XLSX. Short, true, traceable."""
