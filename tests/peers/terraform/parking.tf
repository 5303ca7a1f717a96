terraform {
  required_providers {
    astra = {
      source = "datastax/astra"
    }
  }
}
variable "park" {
  default = false
}
variable "group" {
  default = "first"
}
resource "astra_database" "orders" {
  name                = "orders"
  keyspace            = "shop"
  cloud_provider      = "aws"
  regions             = ["us-east-2"]
  db_type             = "vector"
  deletion_protection = false
}
resource "astra_pcu_group" "all" {
  for_each            = toset(["first", "second"])
  title               = each.key
  cloud_provider      = "AWS"
  region              = "us-east-2"
  min_capacity        = 1
  max_capacity        = 1
  park                = var.park && each.key == var.group
  deletion_protection = false
}
resource "astra_pcu_group_association" "member" {
  pcu_group_id  = astra_pcu_group.all[var.group].id
  datacenter_id = provider::astra::resolve_datacenter(astra_database.orders, "us-east-2")
}
