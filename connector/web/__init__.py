"""The web side: client pages behind links, and what the machines around the service ask it.

Two halves. The client half (`answers`, `clients`, `door`, `limits`, `readers`, `shell`) imports no
store, no analysis, no configuration: it is handed what it may show, and so can show nothing else. The
operator half (`app`, `operating`, `server`, `visits`) puts it together with the workspace.
"""
