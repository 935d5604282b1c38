"""Small trackers: real HTTP servers on loopback that serve a made-up or a recorded project.

A *world* is one tracker's data and everything that happens to it, each act at its instant; a
*face* serves that world over HTTP as a product does, as of the moment its clock says:

    from connector.demo.trackers.jira.world import JiraWorld
    from connector.demo.trackers.jira.cloud import JiraCloud
    from connector.demo.trackers.jira.datacenter import JiraDataCenter
    from connector.demo.trackers.github.world import GitHubWorld
    from connector.demo.trackers.github.server import GitHubServer

    world = JiraWorld()
    world.project("APO", "Apollo")
    world.version("APO", "R1", release_on=day)
    story = world.issue("APO", type="Story", summary="Login", at=start, fix_versions=["R1"])
    story.move(at, "In Progress").fix_versions(at, add="R2", remove="R1")
    with JiraCloud(world, clock=clock) as server:
        server.url      # http://127.0.0.1:PORT
        server.log      # what was asked and answered

Acts whose instant lies ahead of the clock have not happened yet: move the clock, ask again, and
the tracker has moved on. Recorded projects are read by `jira.load` and `github.load`.
"""
